curl --no-buffer http://localhost:8080/v1/chat/completions \
  -H "Authorization: Bearer local" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "stream": true
  }'
