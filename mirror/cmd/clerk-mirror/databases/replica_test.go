//go:build unix

package databases_test

const replicaVariable = "CLERK_MIRROR_TEST_REPLICA"

func runReplica(string) int { return 0 }
