package mongobank

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that pages show
	_ "image/png"
	"net/http"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
)

// pictureOf names a file by the beginning of its sum, as pictures are named.
func pictureOf(sum string) bank.PictureID { return bank.PictureID(sum[:min(len(sum), 32)]) }

// SaveMedia keeps files by their SHA-256 among the pictures. One that is held
// already stays. What is no image that pages show is kept to be given back to
// the systems that it came from, and to nobody else.
func (s *Store) SaveMedia(ctx context.Context, files map[string][]byte) error {
	for sum, data := range files {
		p := bank.Picture{ID: pictureOf(sum), Type: http.DetectContentType(data), Data: data}
		if config, format, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
			p.Type, p.Width, p.Height = "image/"+format, config.Width, config.Height
		}
		if err := s.AddPicture(ctx, p); err != nil {
			return fmt.Errorf("media %s: %w", sum, err)
		}
	}
	return nil
}

// Media returns the files that revisions refer to, by their sums, and the
// pictures that their texts show, by their names, as far as they are held.
func (s *Store) Media(ctx context.Context, revisions []bank.Revision) (map[string][]byte, error) {
	out := map[string][]byte{}
	take := func(name string, id bank.PictureID) error {
		if _, known := out[name]; known || name == "" {
			return nil
		}
		data, err := s.content(ctx, id)
		if err == nil {
			out[name] = data
		} else if !errors.Is(err, bank.ErrNotFound) {
			return err
		}
		return nil
	}
	for i := range revisions {
		rev := &revisions[i]
		if rev.Foreign != nil {
			for _, m := range rev.Foreign.Media {
				if err := take(m.Sum, pictureOf(m.Sum)); err != nil {
					return nil, err
				}
			}
		}
		texts := rev.Texts()
		for p := range rev.Parts {
			texts = append(texts, rev.Parts[p].Texts()...)
		}
		for _, id := range bank.PictureIDs(texts...) {
			if err := take(string(id), id); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// content returns the bytes of a picture or of another file.
func (s *Store) content(ctx context.Context, id bank.PictureID) ([]byte, error) {
	var doc pictureDoc
	if err := load(ctx, s.pictures, string(id), &doc); err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if _, err := s.bucket.DownloadToStream(ctx, doc.Content, &data); errors.Is(err, lungo.ErrFileNotFound) {
		return nil, fmt.Errorf("%w: %s: %w", errNoFile, id, bank.ErrNotFound)
	} else if err != nil {
		return nil, wrap(err, "picture")
	}
	return data.Bytes(), nil
}
