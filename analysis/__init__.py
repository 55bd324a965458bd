"""Reading answers: stored tables in, tidy tables, figures and plain words out.

``analysis.summaries`` makes the tables, ``analysis.figures`` the figures and ``analysis.words`` the
sentences. Nothing here runs a simulation; every function takes tidy frames and leaves them unchanged.
"""
