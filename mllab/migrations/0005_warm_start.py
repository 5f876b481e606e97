from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mllab", "0004_value_checks")]

    operations = [
        migrations.AddField(
            model_name="prototype",
            name="warm_start",
            field=models.UUIDField(
                help_text="prototype at whose centres training begins", null=True
            ),
        ),
    ]
