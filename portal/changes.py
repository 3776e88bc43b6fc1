"""What the history keeps of an object, in words: columns by their names, values by their kinds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from portal.i18n import N_
from services.actions.schemas import ActionOut
from services.audit.answers.schemas import AnswerOut
from services.audit.auditors.schemas import AuditorOut, CompetenceOut
from services.audit.reporting.schemas import ReportOut
from services.audit.schemas import AuditOut, FindingOut
from services.compliance.schemas import ReferenceOut, RequirementOut
from services.identity.schemas import PersonOut
from services.indicators.alerting.schemas import AlertOut
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import MeasurementOut
from services.policy.schemas import PolicyOut, ReviewRequestOut
from services.processes.schemas import ProcessOut
from services.risk.schemas import RiskOut
from shared.schemas import HistoryEntry

ANSWERS: Final[dict[str, type[BaseModel]]] = {
    "Action": ActionOut,
    "Alert": AlertOut,
    "Answer": AnswerOut,
    "Audit": AuditOut,
    "Auditor": AuditorOut,
    "Competence": CompetenceOut,
    "Definition": DefinitionOut,
    "Finding": FindingOut,
    "Measurement": MeasurementOut,
    "Person": PersonOut,
    "Policy": PolicyOut,
    "Report": ReportOut,
    "Process": ProcessOut,
    "Reference": ReferenceOut,
    "Requirement": RequirementOut,
    "ReviewRequest": ReviewRequestOut,
    "Risk": RiskOut,
}

COLUMNS: Final = {
    "acknowledged_by": N_("Prise en compte par"),
    "active": N_("Compte ouvert"),
    "aggregation": N_("Au-dessus d'un site"),
    "alert": N_("Alerte au-delà de"),
    "also": N_("Thèmes aussi servis"),
    "amendment": N_("Amendement"),
    "amounts": N_("Parts données"),
    "analysed_at": N_("Causes analysées le"),
    "answer": N_("Réponse"),
    "answer_due_on": N_("Réponse pour le"),
    "answer_state": N_("Réponse"),
    "answered_at": N_("Répondu le"),
    "answered_by": N_("Répondu par"),
    "answered_on": N_("Répondu le"),
    "approved_at": N_("Approuvée le"),
    "approved_by": N_("Approuvée par"),
    "asked_by": N_("Report demandé par"),
    "asked_due_on": N_("Échéance demandée"),
    "asked_reason": N_("Motif du report"),
    "assessed_on": N_("Coté le"),
    "author_id": N_("Rédigée par"),
    "back_at": N_("Retour dans les bornes"),
    "body_grade": N_("Code de l'organisme"),
    "bound": N_("Limite"),
    "brought": N_("Preuves apportées"),
    "brought_at": N_("Preuves apportées le"),
    "brought_by": N_("Preuves apportées par"),
    "cancelled_for": N_("Motif d'annulation"),
    "category": N_("Catégorie"),
    "closed_at": N_("Clos le"),
    "closed_by": N_("Clos par"),
    "closing_due_on": N_("À solder le"),
    "chart": N_("Carte de contrôle"),
    "code": N_("Code"),
    "collection": N_("Collecte"),
    "comment": N_("Commentaire"),
    "commitments": N_("Engagements"),
    "components": N_("Formule"),
    "confidentiality": N_("Confidentialité"),
    "conformity": N_("Conformité"),
    "constraint_financial": N_("Contrainte financière"),
    "constraint_human": N_("Contrainte humaine"),
    "constraint_material": N_("Contrainte matérielle"),
    "contributor_ids": N_("Contributeurs"),
    "corrected_for": N_("Motif de la correction"),
    "correction": N_("Correction immédiate"),
    "cost_estimated": N_("Coût estimé"),
    "cost_real": N_("Coût réel"),
    "criteria": N_("Critères d'audit"),
    "decided_at": N_("Décidée le"),
    "decided_by": N_("Décidée par"),
    "decision": N_("Décision"),
    "defined_by": N_("Définie par"),
    "denominator": N_("Dénominateur"),
    "description": N_("Description"),
    "deviations": N_("Écarts au plan"),
    "diffusion": N_("Diffusion"),
    "direction": N_("Sens"),
    "divergences": N_("Divergences"),
    "domain": N_("Domaine"),
    "domains": N_("Domaines"),
    "done_by": N_("Réalisée par"),
    "done_on": N_("Réalisée le"),
    "due_day": N_("Attendu, en jours après la période"),
    "due_on": N_("Échéance"),
    "due_on_initial": N_("Échéance initiale"),
    "edition": N_("Édition"),
    "effectiveness": N_("Efficacité"),
    "effectiveness_check_on": N_("Vérification prévue le"),
    "effectiveness_criterion": N_("Critère d'efficacité"),
    "effectiveness_indicator": N_("Indicateur d'efficacité"),
    "email": N_("Adresse électronique"),
    "ends_on": N_("Fin"),
    "escalated_at": N_("Remonté le"),
    "escalates": N_("Reprise d'une mineure"),
    "everywhere": N_("Mesuré sur tous les sites"),
    "evidence": N_("Preuve objective"),
    "extent": N_("Étendue à d'autres cas"),
    "factor": N_("Facteur"),
    "failures": N_("Vérifications sans effet"),
    "follow_up": N_("Suivi"),
    "frequency": N_("Fréquence"),
    "gain": N_("Gain"),
    "grade": N_("Classement"),
    "gravity": N_("Gravité"),
    "implausible": N_("Hors des valeurs plausibles"),
    "in_force_from": N_("En vigueur depuis le"),
    "in_force_until": N_("En vigueur jusqu'au"),
    "indicator_code": N_("Code"),
    "indicator_target": N_("Valeur à atteindre"),
    "initial_gravity": N_("Gravité initiale"),
    "initial_level": N_("Niveau initial"),
    "initial_probability": N_("Probabilité initiale"),
    "initial_score": N_("Score initial"),
    "issued_at": N_("Mis en vigueur le"),
    "kind": N_("Nature"),
    "language": N_("Langue"),
    "languages": N_("Langues"),
    "lead_id": N_("Responsable d'audit"),
    "legal_limit": N_("Limite légale"),
    "level": N_("Rôle le plus élevé"),
    "load_days": N_("Charge (jours)"),
    "manager_id": N_("Supérieur hiérarchique"),
    "means": N_("Moyens"),
    "measures": N_("Mesures en place"),
    "media_type": N_("Type de fichier"),
    "method": N_("Méthode"),
    "method_reason": N_("Motif du choix de la méthode"),
    "moves": N_("Reports"),
    "name": N_("Nom"),
    "name_en": N_("Nom anglais"),
    "name_fr": N_("Nom français"),
    "no_indicator_because": N_("Sans indicateur, car"),
    "not_covered": N_("Zones non couvertes"),
    "number": N_("Numéro"),
    "numerator": N_("Valeur ou numérateur"),
    "objective": N_("Objectif"),
    "objectives": N_("Objectifs"),
    "obliges": N_("Oblige à agir"),
    "opened_on": N_("Ouverte le"),
    "origin": N_("Origine"),
    "overdue_level": N_("Rappels de retard"),
    "owner_id": N_("Pilote"),
    "party": N_("Qui audite"),
    "password_hash": N_("Mot de passe"),
    "people_met": N_("Personnes rencontrées"),
    "period": N_("Période"),
    "plan": N_("Action corrective prévue"),
    "plan_due_on": N_("Plan attendu le"),
    "planned_for": N_("Prévu le"),
    "plausible_max": N_("Plausible au plus"),
    "plausible_min": N_("Plausible au moins"),
    "position": N_("Rang"),
    "priority": N_("Priorité"),
    "priority_reason": N_("Motif de la priorité"),
    "process": N_("Processus"),
    "processes": N_("Processus audités"),
    "processing": N_("Traitement"),
    "proof": N_("Ce qui le prouve"),
    "published_on": N_("Publiée le"),
    "purpose_en": N_("But, en anglais"),
    "purpose_fr": N_("But, en français"),
    "raised_at": N_("Levée le"),
    "raised_by": N_("Constaté par"),
    "raised_on": N_("Constaté le"),
    "reason": N_("Motif"),
    "reasons": N_("Motifs"),
    "recurrence": N_("Récurrence"),
    "reference": N_("Référence"),
    "requested_at": N_("Demandée le"),
    "requirement": N_("Exigence"),
    "residual_gravity": N_("Gravité résiduelle"),
    "residual_level": N_("Niveau résiduel"),
    "residual_probability": N_("Probabilité résiduelle"),
    "residual_score": N_("Score résiduel"),
    "result": N_("Verdict"),
    "revoked_for": N_("Motif"),
    "revoked_on": N_("Retirée le"),
    "root_cause": N_("Cause racine"),
    "round": N_("Tour"),
    "rule": N_("Surveillé pour"),
    "scope": N_("Périmètre"),
    "sha256": N_("Empreinte SHA-256"),
    "signal": N_("Signal"),
    "source_kind": N_("Origine"),
    "source_label": N_("Référence de l'origine"),
    "started_at": N_("Commencé le"),
    "state": N_("État"),
    "statement": N_("Écart constaté"),
    "status": N_("État"),
    "summary": N_("Résumé"),
    "superseded_at": N_("Remplacée le"),
    "superseded_for": N_("Motif du remplacement"),
    "target": N_("Cible"),
    "text": N_("Texte"),
    "theme": N_("Thème"),
    "title": N_("Titre"),
    "title_en": N_("Titre en anglais"),
    "title_fr": N_("Titre en français"),
    "type": N_("Type"),
    "types": N_("Types d'audit"),
    "unit": N_("Unité"),
    "until": N_("Dernier jour"),
    "valid_from": N_("Valable du"),
    "valid_to": N_("Au"),
    "validated_at": N_("Validée le"),
    "validated_by": N_("Validée par"),
    "value": N_("Valeur"),
    "verification": N_("Vérification"),
    "verified_by": N_("Vérifiée par"),
    "verified_on": N_("Vérifiée le"),
    "watches": N_("Surveillé aussi pour"),
    "works_at": N_("Travaille dans"),
    "works_in": N_("Travaille dans"),
    "worst": N_("Pire valeur"),
}
"""What people know by a name. Ids of other things are kept and not shown."""

VERBS: Final = {"created": N_("Création"), "changed": N_("Modification"), "deleted": N_("Retrait")}
PEOPLE: Final = ("_by", "owner_id", "lead_id", "author_id", "manager_id")


@dataclass(frozen=True)
class Changed:
    """One column: what it was and what it became."""

    label: str
    old: object
    new: object


def changed_in(entry: HistoryEntry) -> list[Changed]:
    known = [name for name in COLUMNS if name in entry.diff]
    return [
        Changed(COLUMNS[name], *(_value(entry.object_type, name, raw) for raw in entry.diff[name]))
        for name in known
    ]


def people_in(entries: Iterable[HistoryEntry]) -> set[UUID]:
    """Whom the entries speak of, to be named."""
    told = {id for entry in entries for id in (entry.actor_id, entry.on_behalf_of) if id}
    values = [v for e in entries for c in changed_in(e) for v in (c.old, c.new)]
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return told | {one for one in each if isinstance(one, UUID)}


def _value(object_type: str, name: str, raw: object) -> object:
    """A value of the kind that the service's own answers give it; as it stands if it has none."""
    if raw is None:
        return None
    answer = ANSWERS.get(object_type)
    field = answer.model_fields.get(name) if answer else None
    kind = field.annotation if field else UUID if name.endswith(PEOPLE) else None
    try:
        return raw if kind is None else TypeAdapter(kind).validate_python(raw)
    except ValidationError:
        return raw
