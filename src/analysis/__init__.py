"""Biståndsläget: follow-up of social assistance, policy measures and targets in Swedish municipalities.

Rooms, from the top; imports point downwards only::

    cli -> pipeline -> site -> report -> effects, forecasts, micro -> plans, runs -> panel -> sources
        -> errors, files, paths, swedish
"""

__version__ = "0.1.0"
