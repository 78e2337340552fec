"""How a municipality is reached: what it says about itself."""
