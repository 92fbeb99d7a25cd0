"""The backtest of the advisor: read real repositories as they once were, predict, and compare with what later happened."""
