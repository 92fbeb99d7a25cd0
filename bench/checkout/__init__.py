"""The marketplace's checkout as a saga, beside one that is written by hand."""
