"""The desk's decisions into Kafka. Raises ``DecisionNotWrittenError``."""

from services.alert.errors import DecisionNotWrittenError
from shared.desk.decision import desk_record
from shared.events.report import Report
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher, PublishError


class KafkaDecisions:
    """``Decisions`` over the service's publisher."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def write(self, report: Report) -> None:
        """Return when the decision is acknowledged."""
        try:
            await self._publisher.publish([desk_record(report)])
        except (PublishError, KafkaError, OSError) as error:
            raise DecisionNotWrittenError(str(error) or type(error).__name__) from error
