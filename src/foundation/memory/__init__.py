"""Memory of dear results: stored by the content hash of what they were computed from, computed anew where there is none."""

from foundation.memory.store import FOLDER_VARIABLE, Slot, forget_old, remember, slot

__all__ = ["FOLDER_VARIABLE", "Slot", "forget_old", "remember", "slot"]
