"""Sagas beside DBOS."""
