module github.com/clerkinc/clerk-sdk-go

go 1.25.0
