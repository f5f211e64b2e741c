"""A narrow row a case received, for figures, kept by the database itself.

The triggers are deferred: they run when the transaction commits. So they see all it did, whatever the order, and their lock on the
row is the last one taken, which cannot close a circle of waiting. A plain statement after the lock sees what others committed while
it was waited for. What has not changed is not written.
"""

import django.db.models.deletion
from django.db import migrations, models

_KEEP = """
CREATE FUNCTION cases_keep_facts(first_case bigint, last_case bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE written bigint;
BEGIN
    PERFORM 1 FROM cases_casefacts WHERE case_id BETWEEN first_case AND last_case ORDER BY case_id FOR NO KEY UPDATE;
    INSERT INTO cases_casefacts AS kept (
        case_id, agency_id, procedure_id, status, channel, received_at, due_at, ended_at, counts_late_766, paused,
        fee, paid_online, signed, digital_parts, stars)
    SELECT c.id, c.agency_id, c.procedure_id, c.status, c.channel, c.received_at, c.due_at, c.ended_at,
        c.counts_late_766,
        COALESCE((SELECT sum(p.ended_at - p.started_at) FROM cases_pause p WHERE p.case_id = c.id AND p.ended_at IS NOT NULL),
            interval '0'),
        CASE WHEN i.status IN ('unpaid', 'paid') THEN i.amount ELSE 0 END,
        COALESCE(i.status = 'paid' AND i.amount > 0 AND i.method IN ('online', 'transfer'), false),
        EXISTS (SELECT 1 FROM cases_casepaper cp JOIN papers_paper pp ON pp.id = cp.paper_id
            WHERE cp.case_id = c.id AND cp.is_result AND pp.signed_file_id IS NOT NULL),
        EXISTS (SELECT 1 FROM cases_part pt JOIN cases_partfile pf ON pf.part_id = pt.id WHERE pt.case_id = c.id),
        r.stars
    FROM cases_case c
    LEFT JOIN cases_caseinvoice ci ON ci.case_id = c.id
    LEFT JOIN payments_invoice i ON i.id = ci.invoice_id
    LEFT JOIN cases_rating r ON r.case_id = c.id
    WHERE c.id BETWEEN first_case AND last_case AND c.received_at IS NOT NULL
    ON CONFLICT (case_id) DO UPDATE SET
        agency_id = EXCLUDED.agency_id, procedure_id = EXCLUDED.procedure_id, status = EXCLUDED.status,
        channel = EXCLUDED.channel, received_at = EXCLUDED.received_at, due_at = EXCLUDED.due_at, ended_at = EXCLUDED.ended_at,
        counts_late_766 = EXCLUDED.counts_late_766, paused = EXCLUDED.paused, fee = EXCLUDED.fee,
        paid_online = EXCLUDED.paid_online, signed = EXCLUDED.signed, digital_parts = EXCLUDED.digital_parts,
        stars = EXCLUDED.stars
    WHERE kept IS DISTINCT FROM EXCLUDED;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;
"""

# by the argument of the trigger: which case a changed row belongs to
_TRIGGER = """
CREATE FUNCTION cases_facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint;
BEGIN
    IF current_setting('tinhso.keep_facts', true) = 'off' THEN  -- bulk loading, which gathers them afterwards
        RETURN NULL;
    END IF;
    CASE TG_ARGV[0]
        WHEN 'case' THEN touched := NEW.id;
        WHEN 'of_case' THEN touched := CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END;
        WHEN 'part_file' THEN
            SELECT p.case_id INTO touched FROM cases_part p
            WHERE p.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.part_id ELSE NEW.part_id END
                AND (TG_OP = 'DELETE' OR NOT EXISTS (  -- a second file tells nothing new
                    SELECT 1 FROM cases_casefacts f WHERE f.case_id = p.case_id AND f.digital_parts));
        WHEN 'invoice' THEN SELECT case_id INTO touched FROM cases_caseinvoice WHERE invoice_id = NEW.id;
        WHEN 'paper' THEN SELECT case_id INTO touched FROM cases_casepaper WHERE paper_id = NEW.id AND is_result;
    END CASE;
    -- no figure counts what nobody has received
    IF EXISTS (SELECT 1 FROM cases_case c WHERE c.id = touched AND c.received_at IS NOT NULL) THEN
        PERFORM cases_keep_facts(touched, touched);
    END IF;
    RETURN NULL;
END $$;
"""

_CASE_COLUMNS = ("agency_id", "procedure_id", "status", "channel", "received_at", "due_at", "ended_at", "counts_late_766")


def _changed(*columns: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"WHEN (({old}) IS DISTINCT FROM ({new}))" if len(columns) > 1 else f"WHEN ({old} IS DISTINCT FROM {new})"


# name, table, events, condition, argument
_TRIGGERS = (
    ("facts_case_new", "cases_case", "INSERT", "WHEN (NEW.received_at IS NOT NULL)", "case"),
    ("facts_case", "cases_case", "UPDATE", _changed(*_CASE_COLUMNS), "case"),
    ("facts_pause", "cases_pause", "INSERT OR UPDATE OR DELETE", "", "of_case"),
    ("facts_rating", "cases_rating", "INSERT OR UPDATE OR DELETE", "", "of_case"),
    ("facts_fee", "cases_caseinvoice", "INSERT OR UPDATE OR DELETE", "", "of_case"),
    ("facts_result", "cases_casepaper", "INSERT OR UPDATE", "WHEN (NEW.is_result)", "of_case"),
    ("facts_part_file", "cases_partfile", "INSERT OR DELETE", "", "part_file"),
    ("facts_invoice", "payments_invoice", "UPDATE", _changed("status", "method", "amount"), "invoice"),
    ("facts_paper", "papers_paper", "UPDATE", _changed("signed_file_id"), "paper"),
)
_CREATE = "".join(
    f"CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED "
    f"FOR EACH ROW {condition} EXECUTE FUNCTION cases_facts_changed('{argument}');\n"
    for name, table, events, condition, argument in _TRIGGERS
)
_DROP = "".join(f"DROP TRIGGER {name} ON {table};\n" for name, table, *_rest in _TRIGGERS)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_clock"),
        ("directory", "0002_tables"),
        ("papers", "0001_initial"),
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseFacts",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="facts",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("status", models.SmallIntegerField()),
                ("channel", models.SmallIntegerField()),
                ("received_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("counts_late_766", models.BooleanField()),
                ("paused", models.DurationField(help_text="all pauses that are over")),
                ("fee", models.BigIntegerField(help_text="đồng; 0 for none, or a fee no longer owed")),
                ("paid_online", models.BooleanField()),
                ("signed", models.BooleanField(help_text="the result is a signed electronic paper")),
                ("digital_parts", models.BooleanField(help_text="a part of the application is there as a file")),
                ("stars", models.PositiveSmallIntegerField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.procedure",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["received_at"], name="facts_received"),
                    models.Index(fields=["ended_at"], name="facts_ended"),
                ],
            },
        ),
        migrations.RunSQL(
            _KEEP + _TRIGGER + _CREATE,
            _DROP + "DROP FUNCTION cases_facts_changed(); DROP FUNCTION cases_keep_facts(bigint, bigint);",
        ),
    ]
