"""What series say: control charts, trends, forecasts, capability, sites compared.

Pure calculation on NumPy arrays: no tables, no transactions, no requests. Importing NumPy takes
0.3 s and 24 MB that most processes never need: import from here inside the function that computes,
as `units.py` does with pint. Only `schemas` is free of it.
"""
