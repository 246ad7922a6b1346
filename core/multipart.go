package clerk

import "io"

// File is a file to upload.
type File struct {
	// Name is the file's name; "file" if it is empty.
	Name string
	// ContentType is the media type; it is guessed from the first bytes if it is empty.
	ContentType string
	// Reader gives the content, which is streamed. The upload can be retried only if it is an [io.Seeker]. It is not
	// closed.
	Reader io.Reader
}

// Multipart is a body of type multipart/form-data with one file.
type Multipart struct {
	// Fields holds the fields that are not files.
	Fields map[string]string
	// FileField is the name of the file's field; "file" if it is empty.
	FileField string
	// FileName is the file's name; "file" if it is empty.
	FileName string
	// ContentType is the file's media type; it is guessed from the first bytes if it is empty.
	ContentType string
	// File gives the content, which is streamed. The request can be sent again only if it is an [io.Seeker]. It is not
	// closed.
	File io.Reader
}
