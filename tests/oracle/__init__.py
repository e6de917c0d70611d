"""An independent reading of the design's section 3, to hold the product against.

Nothing here imports `kpi`, `store` or `tui`: it knows only the written rules.
"""
