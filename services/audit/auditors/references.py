"""By which references an audit is held, as competences name them: without their editions."""

from services.audit.models import Audit


def codes_of(audit: Audit) -> frozenset[str]:
    if not audit.reference_ids:
        return frozenset()
    return frozenset(criterion.partition(":")[0] for criterion in audit.criteria)
