"""Celery's app, where SENDER_ENGINE is celery: `celery -A project worker`.

A message is a wake-up and carries ids alone; what is to be done stands in the database. So a
message may be lost, or come twice, and the broker keeps none of them on its disk.
"""
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from celery import Celery  # noqa: E402 the settings are named first
from celery.signals import setup_logging  # noqa: E402
from django.conf import settings  # noqa: E402
from kombu import Queue  # noqa: E402

from apps.core.broker import JOBS, LETTERS, WAIT  # noqa: E402

ANSWER = 10  # seconds that a connected broker has
HEARTBEAT = 20  # seconds; a machine that is gone for twice as long gives its worker's name free
VISIBLE_AGAIN = 120  # seconds until Redis gives a dead worker's message to another: tasks take 60
REDIS = {"visibility_timeout": VISIBLE_AGAIN, "socket_connect_timeout": WAIT,
         "socket_timeout": ANSWER}
RABBITMQ = {"connect_timeout": WAIT, "read_timeout": ANSWER, "write_timeout": ANSWER}
TRANSPORT = REDIS if settings.CELERY_BROKER_URL.startswith("redis") else RABBITMQ

app = Celery("vestnik")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_timeout=WAIT,
    broker_connection_retry_on_startup=True,
    broker_heartbeat=HEARTBEAT,
    broker_connection_max_retries=None,  # a worker waits for its broker, however long
    broker_transport_options={**TRANSPORT, "max_retries": 1, "interval_start": 0},
    result_backend=None,
    task_ignore_result=True,
    task_queues=[Queue(LETTERS), Queue(JOBS)],
    task_default_queue=LETTERS,
    task_default_delivery_mode="transient",
    task_publish_retry=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_cancel_long_running_tasks_on_connection_loss=False,  # letters leave without a broker
    worker_prefetch_multiplier=1,
    worker_concurrency=settings.SENDER_PROCESSES,
    worker_send_task_events=True,  # for Flower
    # RabbitMQ knows of a cut connection after 40 s. A worker that comes back sooner would find its
    # own exclusive queue locked, and end.
    control_queue_exclusive=False,
    control_queue_durable=True,  # RabbitMQ is to take no other that is shared
    enable_utc=True,
    timezone="UTC",
)
app.autodiscover_tasks(["apps.delivery.drivers", "apps.jobs"])


@setup_logging.connect
def keep_our_logs(**kwargs: object) -> None:
    """Have Celery leave the logs as `project/logs.py` sets them up."""
