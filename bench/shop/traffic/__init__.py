"""The load: who arrives when, what they want, and how long it takes them. It knows nothing of how the shop is deployed."""
