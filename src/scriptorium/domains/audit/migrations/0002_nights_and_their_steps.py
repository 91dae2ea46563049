import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NightRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('steps', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['on'], name='night_by_day')],
            },
        ),
        migrations.CreateModel(
            name='NightStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('step', models.CharField(max_length=60)),
                ('count', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='done', to='audit.nightrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'position'), name='night_step_once')],
            },
        ),
    ]
