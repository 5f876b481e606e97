from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0008_several_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="datasetimport",
            name="schema",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="of new rows for a dataset: what differs from it, and what was decided of that",
            ),
        ),
    ]
