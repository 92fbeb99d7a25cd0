"""Which pages are asked for, in per cent."""

NORMAL = {
    "home": 5, "search": 20, "product": 40, "reviews": 8, "cart": 10, "add": 9, "checkout": 4, "profile": 4,
}  # fmt: skip
SALE = {
    "home": 3, "search": 60, "product": 20, "reviews": 3, "cart": 5, "add": 5, "checkout": 3, "profile": 1,
}  # fmt: skip
