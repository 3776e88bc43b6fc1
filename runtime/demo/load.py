"""The whole demo, in order, into a running platform. Doing it again changes nothing."""

from runtime.demo.answers import hold_external_audit
from runtime.demo.improve import improve
from runtime.demo.library import stock
from runtime.demo.settle import settle
from runtime.demo.workbook import send_workbook
from runtime.demo.year import live
from runtime.services import SERVICES


def load() -> None:
    settle()
    stock()
    live()
    improve()
    send_workbook()
    hold_external_audit()
    SERVICES["indicators"].tasks.fire("indicators.recount_everything")
