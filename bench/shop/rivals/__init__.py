"""The marketplace without Plures: its services behind FastAPI or gRPC, wired by hand. It knows nothing of the load."""
