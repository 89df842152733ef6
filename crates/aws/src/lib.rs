//! AWS resource types as plain data, in the vocabulary of CloudFormation's schema.
