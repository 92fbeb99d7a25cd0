"""Applications that are not ours, adopted: unpacked as their authors published them, patched by us, their own tests run in each placement."""
