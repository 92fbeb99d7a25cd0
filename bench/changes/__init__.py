"""What visitors notice while what runs is changed."""
