"""The rules of the model, one file a submodel, in schedule order.

Each rule is a plain function of numbers (or of short sequences of numbers): state, levers and draws
in, new values out. None knows a model, an agent, a scenario or a regime. All are in the subset of
Python that Numba compiles, use only the basic operations of IEEE arithmetic and add in a fixed order,
so that they give the same bits wherever they run.
"""
