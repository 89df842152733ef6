"""First step of the pipeline `revenue`: copies the bookings of one day from the database into the lake, as Parquet by day.

From `uses: {db: read, lake: write}` come DB_HOST, DB_PORT, DB_NAME and
LAKE_NAME; the day is the first argument, yesterday if there is none.
"""

import datetime
import os
import sys


def day(arguments: list[str], today: datetime.date) -> datetime.date:
    """The day to load."""
    if len(arguments) > 1:
        return datetime.date.fromisoformat(arguments[1])
    return today - datetime.timedelta(days=1)


def query(of: datetime.date) -> str:
    """The bookings of a day. The date is one, so nothing can be smuggled in."""
    following = of + datetime.timedelta(days=1)
    return (
        "(SELECT id, flight, fare_cents, currency, booked_at FROM bookings "
        f"WHERE booked_at >= DATE '{of.isoformat()}' AND booked_at < DATE '{following.isoformat()}') AS day"
    )


def address(variables: dict[str, str]) -> str:
    """Where the database is, as JDBC writes it; always by TLS."""
    return f"jdbc:postgresql://{variables['DB_HOST']}:{variables['DB_PORT']}/{variables['DB_NAME']}?sslmode=require"


def main() -> None:
    from pyspark.sql import SparkSession  # in the Spark runtime; imported here so that the functions above can be tested without it

    of = day(sys.argv, datetime.datetime.now(datetime.timezone.utc).date())
    spark = SparkSession.builder.appName("revenue-load").getOrCreate()
    bookings = spark.read.jdbc(address(dict(os.environ)), query(of), properties={"driver": "org.postgresql.Driver"})
    bookings.write.mode("overwrite").parquet(f"s3://{os.environ['LAKE_NAME']}/bookings/day={of.isoformat()}/")
    spark.stop()


if __name__ == "__main__":
    main()
