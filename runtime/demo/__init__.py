"""`qse demo`: a year of the fictional Groupe Alvéa, lived through the services' own commands.

Nothing is written by SQL. Commands are run as the people of the demo, on past days; what follows
from them (actions, values, alerts, review requests) comes by events from the running platform.
"""
