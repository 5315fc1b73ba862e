package bank

// Other is the type of an item that another system wrote and that this engine
// cannot ask, such as one that is answered by dragging. It is no Valid type:
// no paper draws it and nothing marks it. It is kept to be given back.
const Other Type = "O"

// Foreign is what the file that an item was imported from says beyond what
// a revision holds. It never reaches a candidate.
type Foreign struct {
	Format string // the format it came in, such as "qti-2.1"
	ID     string // what the item was called there
	Kind   string // what asks there, such as "orderInteraction"
	// Raw is the item as the file has it, and Path where it stood there. Raw is
	// empty where the revision says all that it says. Digest names the content
	// that was made of it: while it fits, an export gives Raw back.
	Raw    string
	Path   string
	Digest string
	Media  []Media // the files that Raw refers to
}

// Media is a file that belongs to an item. Its bytes are kept apart, once for
// all items that use them.
type Media struct {
	Path string // as the item refers to it
	Type string // media type
	Sum  string // SHA-256 of the bytes, in hex: their name
	Size int64
}
