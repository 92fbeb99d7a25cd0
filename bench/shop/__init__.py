"""What the marketplace costs: in one process, split by Plures, and hand-wired as FastAPI and as gRPC services."""
