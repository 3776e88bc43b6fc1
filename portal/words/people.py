"""What the codes of places, people and their roles are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.identity.admin_schemas import SheetKind
from services.identity.schemas import NodeKind, Role

PEOPLE: Final[Words] = {
    NodeKind: {
        "group": Word(N_("Groupe"), "world"),
        "division": Word(N_("Division"), "sitemap"),
        "site": Word(N_("Site"), "building-factory-2"),
        "work_unit": Word(N_("Unité de travail"), "users"),
    },
    Role: {
        "platform_admin": Word(N_("Administrateur")),
        "group_coordinator": Word(N_("Coordinateur QSE groupe")),
        "site_coordinator": Word(N_("Coordinateur QSE de site")),
        "process_owner": Word(N_("Pilote de processus")),
        "auditor": Word(N_("Auditeur")),
        "contributor": Word(N_("Contributeur")),
        "reader": Word(N_("Lecteur")),
        "records_officer": Word(N_("Responsable des enregistrements")),
        "certifier": Word(N_("Organisme certificateur")),
        "inspector": Word(N_("Inspection")),
    },
    SheetKind: {
        "people": Word(N_("Personnes"), "users"),
        "places": Word(N_("Lieux"), "sitemap"),
    },
}
