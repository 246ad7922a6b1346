// Package moving holds the code of the migration guide, the official Go SDK and this one side by side, and compares what
// both answer to the same credentials.
package moving
