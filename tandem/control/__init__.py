"""PURE. Joins switch, IVR and ACD: one call's life."""
