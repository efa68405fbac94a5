"""Does a fault get caught? Each of a list of one-line faults is put in, and the checks are run until one fails."""
