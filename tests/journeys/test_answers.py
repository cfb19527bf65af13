"""What only the running server adds to answers."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from tests.support.running_product import RunningProduct


def test_resources_say_what_time_it_is(product: RunningProduct) -> None:
    """FAPI 2.0 Security Profile section 5.3.4: the Date header of RFC 9110, on refusals too."""
    answer = requests.get(f"{product.addresses.issuer}/userinfo", timeout=20)

    assert answer.status_code == 401
    assert abs(parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
