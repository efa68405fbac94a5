C31 = None
