"""One module a journey; what a journey needs from outside it takes as a Protocol (``ports``)."""
