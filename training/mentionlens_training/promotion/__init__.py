"""Champion and challenger: which version of the registry the service should take, and why."""

from mentionlens_training.promotion.errors import PromotionError
from mentionlens_training.promotion.promoting import Promotion, promote
from mentionlens_training.promotion.registry import Registry
from mentionlens_training.promotion.rolling_back import roll_back
from mentionlens_training.promotion.steps import Figures, Step

__all__ = ["Figures", "Promotion", "PromotionError", "Registry", "Step", "promote", "roll_back"]
