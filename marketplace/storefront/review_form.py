"""The form for a review."""

from marketplace.reviews.contract import NewReview

from .forms import Entered, Filled, Reader


def read_review(entered: Entered) -> Filled[NewReview]:
    """The review that was typed in."""
    read = Reader(entered)
    author = read.text("author", "Your name", most=60)
    title = read.text("title", "The title", most=100)
    text = read.text("text", "The review", most=4000, required=False)
    rating = read.whole("rating", "The rating", least=1, most=5)
    if "rating" in read.wrong:
        read.wrong["rating"] = "Please choose one to five stars."
    if read.wrong:
        return Filled(entered, read.wrong)
    return Filled(entered, value=NewReview(author, rating, title, text))
