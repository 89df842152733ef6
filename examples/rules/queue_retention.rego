# Every queue keeps its messages long enough to outlast a long weekend.
package strata.rules.queue_retention

title := "Queues keep their messages for at least four days"

repair := "Set MessageRetentionPeriod to 345600 or more."

four_days := 345600

queues contains resource if {
	some resource in input.resources
	resource.type == "AWS::SQS::Queue"
}

met contains queue.address if {
	some queue in queues
	queue.properties.MessageRetentionPeriod >= four_days
}

violated contains {"address": queue.address, "detail": sprintf("it keeps them for %d seconds", [queue.properties.MessageRetentionPeriod])} if {
	some queue in queues
	queue.properties.MessageRetentionPeriod < four_days
}

not_decidable contains {"address": queue.address, "detail": "MessageRetentionPeriod is not known"} if {
	some queue in queues
	not queue.properties.MessageRetentionPeriod
}
