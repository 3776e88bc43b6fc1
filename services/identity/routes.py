from fastapi import APIRouter

from services.identity import account, administration, record, sign_in
from services.identity.models import Process
from services.identity.schemas import ProcessIn, ProcessOut
from shared.crud import crud_router

router = APIRouter()
router.include_router(sign_in.router)
router.include_router(account.router)
router.include_router(administration.router)
router.include_router(record.router)
router.include_router(
    crud_router("/processes", Process, ProcessIn, ProcessOut, ("identity:read", "identity:govern"))
)
