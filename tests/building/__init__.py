"""What tests of images are made of: wheels and a base, none of them fetched."""
