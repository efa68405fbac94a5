"""A claim, its checks and its verdict: what every room that judges something shares."""
