-- The order of the queue, for all cases and within a queue; the second one also counts the queues without reading a row.
create index safety_case_order on safety_case (severity desc, due_us, id) where state in ('open', 'claimed');
create index safety_case_order_in_queue on safety_case (queue, severity desc, due_us, id) where state in ('open', 'claimed');
