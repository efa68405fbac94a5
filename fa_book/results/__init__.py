"""The paper's experiments at full length."""
