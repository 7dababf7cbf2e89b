"""Celery's task of sending, and what its workers do when they start and stop."""
import os
import time
from typing import Any

from celery import shared_task
from celery.signals import (
    celeryd_after_setup, worker_process_init, worker_process_shutdown, worker_ready,
    worker_shutdown, worker_shutting_down)
from django.db import Error

from apps.core.broker import JOBS, LETTERS, broker
from apps.core.outage import outage

from .celery_process import ENDING, SHAPE, is_ending, own
from .upkeep import DRAIN, NOBODY


@shared_task(name=DRAIN)
def drain() -> None:
    """Send what may go now; wake a successor where a minute was not enough."""
    process = own.get()
    try:
        has_more = process.drain()
    except Error as error:  # upkeep wakes somebody when the database is back
        outage.begin(error)
        has_more = False
    if process.engine.failed.is_set():
        end_broken()
    if has_more and not is_ending():
        broker.send(DRAIN, queue=LETTERS, expires=NOBODY)


def end_broken() -> None:
    """End this process, whose engine does not work any more: Celery starts another."""
    own.finish()
    time.sleep(1)  # in case the next one breaks at once
    os._exit(1)


@celeryd_after_setup.connect
def learn_shape(instance: Any, **kwargs: Any) -> None:
    """Keep how this worker was started, before its processes are forked."""
    queues = instance.app.amqp.queues.consume_from
    SHAPE.processes = instance.concurrency
    SHAPE.sends = LETTERS in queues
    SHAPE.does_jobs = JOBS in queues
    ENDING[0] = 0


@worker_process_init.connect
def begin(**kwargs: Any) -> None:
    """Show the others that there is one more process that sends."""
    if SHAPE.sends:
        own.get()


@worker_ready.connect
def begin_without_fork(sender: Any, **kwargs: Any) -> None:
    """Do the same in a worker whose tasks are threads of it."""
    if SHAPE.sends and not is_prefork(sender):
        own.get()


def is_prefork(sender: Any) -> bool:
    return "prefork" in type(sender.pool).__module__


@worker_shutting_down.connect
def stop_draining(**kwargs: Any) -> None:
    """Tell all processes of the worker to claim no more."""
    ENDING[0] = 1


@worker_process_shutdown.connect
@worker_shutdown.connect
def finish(**kwargs: Any) -> None:
    own.finish()
