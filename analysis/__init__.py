"""Reading answers: stored tables in, tidy tables, figures and plain words out.

One room a question, on the same plan where it applies: ``tables`` makes the tables, ``figures`` the figures and
``words`` the sentences. Nothing here runs a simulation; every function takes tidy frames and leaves them unchanged.
"""
