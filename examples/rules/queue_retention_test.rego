package strata.rules.queue_retention

asked(properties) := {"resources": [{"address": "environment/shop/dev/queue.q", "type": "AWS::SQS::Queue", "properties": properties}]}

test_five_days_are_enough if {
	met == {"environment/shop/dev/queue.q"} with input as asked({"MessageRetentionPeriod": 432000})
	count(violated) == 0 with input as asked({"MessageRetentionPeriod": 432000})
}

test_an_hour_is_too_short if {
	count(violated) == 1 with input as asked({"MessageRetentionPeriod": 3600})
}

test_what_is_not_there_is_not_met if {
	count(met) == 0 with input as asked({})
	count(not_decidable) == 1 with input as asked({})
}
