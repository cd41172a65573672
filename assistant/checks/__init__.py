"""The layers of the support check: one module for each thing in which a claim and its paragraph can differ."""
